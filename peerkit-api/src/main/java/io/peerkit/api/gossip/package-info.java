// SPDX-License-Identifier: Apache-2.0
/** How data spreads: strategies that an application may inject. */
package io.peerkit.api.gossip;
