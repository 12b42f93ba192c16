// SPDX-License-Identifier: Apache-2.0
/** What an operator can read of a transport while it runs. */
package io.peerkit.transport.libp2p.internal.metrics;
