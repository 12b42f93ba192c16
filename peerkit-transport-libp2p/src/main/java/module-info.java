// SPDX-License-Identifier: Apache-2.0
/** How bytes travel between nodes: the wire protocols of libp2p on Netty. */
@SuppressWarnings("module") // what it opens to the module of QUIC is compiled before that one
@org.jspecify.annotations.NullMarked
module io.peerkit.transport.libp2p {
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires java.xml;
    requires transitive io.peerkit.api;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.tls;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports io.peerkit.transport.libp2p;
    exports io.peerkit.transport.libp2p.internal.carrier to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.connection to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.dial to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.identify to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.keys to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.multiformats to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.muxer to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.ping to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.stream to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.swarm to
            io.peerkit.transport.libp2p.quic;
    exports io.peerkit.transport.libp2p.internal.tls to
            io.peerkit.transport.libp2p.quic;

    uses io.peerkit.transport.libp2p.internal.carrier.CarrierProvider;
}
