// SPDX-License-Identifier: Apache-2.0
/** The composition an application sees: {@link io.peerkit.Peerkit}. */
@org.jspecify.annotations.NullMarked
module io.peerkit {
    requires transitive io.peerkit.api;
    requires transitive io.peerkit.agent;
    requires io.peerkit.gossip;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.peerkit;
}
