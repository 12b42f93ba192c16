// SPDX-License-Identifier: Apache-2.0
/** What another store keeps, encrypted at rest. */
@org.jspecify.annotations.NullMarked
module io.peerkit.storage.sealed {
    requires transitive io.peerkit.api;
    requires static transitive org.jspecify;
    requires org.bouncycastle.provider;
    requires org.slf4j;

    exports io.peerkit.storage.sealed;
}
