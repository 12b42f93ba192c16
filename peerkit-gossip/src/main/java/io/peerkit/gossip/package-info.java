// SPDX-License-Identifier: Apache-2.0
/** How data spreads: the driver that runs the state machines of push, anti-entropy, agent exchange and connections. */
package io.peerkit.gossip;
