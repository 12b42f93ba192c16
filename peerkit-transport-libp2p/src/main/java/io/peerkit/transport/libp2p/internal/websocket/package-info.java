// SPDX-License-Identifier: Apache-2.0
/** Connections over WebSocket, which proxies and firewalls let through. */
package io.peerkit.transport.libp2p.internal.websocket;
