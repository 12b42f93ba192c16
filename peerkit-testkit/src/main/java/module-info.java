// SPDX-License-Identifier: Apache-2.0
/** What tests of Peerkit stand on: contract suites, a network and a store in memory, virtual time and the simulator. */
@org.jspecify.annotations.NullMarked
module io.peerkit.testkit {
    requires transitive io.peerkit.api;
    requires transitive io.peerkit.agent;
    requires transitive io.peerkit.gossip;
    requires transitive org.junit.jupiter.api;
    requires static transitive org.jspecify;
    requires static org.assertj.core;

    exports io.peerkit.testkit.nat;
    exports io.peerkit.testkit.sim;
    exports io.peerkit.testkit.storage;
    exports io.peerkit.testkit.transport;
}
