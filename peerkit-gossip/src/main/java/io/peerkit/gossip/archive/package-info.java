// SPDX-License-Identifier: Apache-2.0
/** A store's entries in one portable file, and back: {@code docs/protocols/archive.md}. */
package io.peerkit.gossip.archive;
