// SPDX-License-Identifier: Apache-2.0
/** What every way to encrypt a connection has in common; each stands in a package of its own. */
package io.peerkit.transport.libp2p.internal.secure;
