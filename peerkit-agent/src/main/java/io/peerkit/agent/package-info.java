// SPDX-License-Identifier: Apache-2.0
/** Who we are: the local agent and its keys, and which peers a network lets in. */
package io.peerkit.agent;
