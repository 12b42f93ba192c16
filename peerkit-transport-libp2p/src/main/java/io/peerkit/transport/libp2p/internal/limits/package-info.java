// SPDX-License-Identifier: Apache-2.0
/** What bounds the work that others can cause. */
package io.peerkit.transport.libp2p.internal.limits;
