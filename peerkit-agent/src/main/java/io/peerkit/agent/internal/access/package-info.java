// SPDX-License-Identifier: Apache-2.0
/** The access handshake: frames, transcript and the state machine of either side. */
package io.peerkit.agent.internal.access;
