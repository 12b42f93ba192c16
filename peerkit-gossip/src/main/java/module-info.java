// SPDX-License-Identifier: Apache-2.0
/** Peerkit. */
@org.jspecify.annotations.NullMarked
module io.peerkit.gossip {
    requires transitive io.peerkit.api;
    requires static transitive org.jspecify;

    exports io.peerkit.gossip;
}
