// SPDX-License-Identifier: Apache-2.0
/** What nodes tell each other about themselves: identify messages and signed records of addresses. */
package io.peerkit.transport.libp2p.internal.identify;
