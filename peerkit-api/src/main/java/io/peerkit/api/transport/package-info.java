// SPDX-License-Identifier: Apache-2.0
/** How bytes travel: the contract of a transport and of the access handshake that it carries. */
package io.peerkit.api.transport;
