// SPDX-License-Identifier: Apache-2.0
/** The first program with Peerkit. */
@org.jspecify.annotations.NullMarked
module io.peerkit.examples.quickstart {
    requires io.peerkit;
    requires io.peerkit.storage.sqlite;
    requires io.peerkit.transport.libp2p;
    requires static org.jspecify;
}
