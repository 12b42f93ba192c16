// SPDX-License-Identifier: Apache-2.0
/** How data spreads: push, anti-entropy, agent cards, strategies. */
@org.jspecify.annotations.NullMarked
module io.peerkit.gossip {
    requires transitive io.peerkit.api;
    requires io.peerkit.cbor;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.peerkit.gossip;
    exports io.peerkit.gossip.archive;
}
