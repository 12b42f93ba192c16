// SPDX-License-Identifier: Apache-2.0
/** The bytes of signed address cards. */
package io.peerkit.agent.internal.card;
