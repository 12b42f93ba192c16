// SPDX-License-Identifier: Apache-2.0
/** Notices that the machine has moved to another network, or has slept. */
package io.peerkit.transport.libp2p.internal.network;
