// SPDX-License-Identifier: Apache-2.0
/** Peerkit. */
@org.jspecify.annotations.NullMarked
module io.peerkit.transport.libp2p {
    requires io.netty.buffer;
    requires transitive io.peerkit.api;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;
}
