// SPDX-License-Identifier: Apache-2.0
/** How bytes travel between nodes: the wire protocols of libp2p on Netty. */
@org.jspecify.annotations.NullMarked
module io.peerkit.transport.libp2p {
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires transitive io.peerkit.api;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.tls;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports io.peerkit.transport.libp2p;
}
