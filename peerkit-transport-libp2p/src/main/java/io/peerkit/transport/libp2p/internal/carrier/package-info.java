// SPDX-License-Identifier: Apache-2.0
/** What every way to get bytes from one node to another has in common; each stands in a package of its own. */
package io.peerkit.transport.libp2p.internal.carrier;
