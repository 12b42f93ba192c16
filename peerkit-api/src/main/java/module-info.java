// SPDX-License-Identifier: Apache-2.0
/** Contracts and values of Peerkit: what an application and the author of a transport or store program against. */
@org.jspecify.annotations.NullMarked
module io.peerkit.api {
    requires static transitive org.jspecify;

    exports io.peerkit.api;
    exports io.peerkit.api.agent;
    exports io.peerkit.api.gossip;
    exports io.peerkit.api.storage;
    exports io.peerkit.api.transport;
}
