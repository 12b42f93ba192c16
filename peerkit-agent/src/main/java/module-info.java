// SPDX-License-Identifier: Apache-2.0
/** Who we are: Ed25519 identity, the key store, signed address cards, and the proofs of the access handshake. */
@org.jspecify.annotations.NullMarked
module io.peerkit.agent {
    requires transitive io.peerkit.api;
    requires io.peerkit.cbor;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports io.peerkit.agent;
}
