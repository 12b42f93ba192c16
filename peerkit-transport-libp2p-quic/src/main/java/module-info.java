// SPDX-License-Identifier: Apache-2.0
/** QUIC for the libp2p transport: it is found and used when this module and native code for the platform are there. */
@org.jspecify.annotations.NullMarked
module io.peerkit.transport.libp2p.quic {
    requires io.netty.buffer;
    requires io.netty.codec.classes.quic;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.peerkit.api;
    requires io.peerkit.transport.libp2p;
    requires static org.jspecify;
    requires org.slf4j;

    provides io.peerkit.transport.libp2p.internal.carrier.CarrierProvider with
            io.peerkit.transport.libp2p.quic.QuicProvider;
}
