// SPDX-License-Identifier: Apache-2.0
/** The {@code peerkit} command, for people and for tests that drive nodes as black boxes. */
@org.jspecify.annotations.NullMarked
module io.peerkit.cli {
    requires io.peerkit;
    requires io.peerkit.gossip;
    requires io.peerkit.storage.sealed;
    requires io.peerkit.storage.sqlite;
    requires io.peerkit.storage.surreal;
    requires io.peerkit.testkit;
    requires io.peerkit.transport.libp2p;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires static transitive org.jspecify;

    opens io.peerkit.cli to
            info.picocli;
}
