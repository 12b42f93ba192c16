// SPDX-License-Identifier: Apache-2.0
/** The transport that speaks libp2p's wire protocols. */
package io.peerkit.transport.libp2p;
