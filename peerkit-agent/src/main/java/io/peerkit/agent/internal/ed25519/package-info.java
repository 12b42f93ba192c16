// SPDX-License-Identifier: Apache-2.0
/** Which Ed25519 signatures are valid. */
package io.peerkit.agent.internal.ed25519;
