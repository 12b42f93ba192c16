// SPDX-License-Identifier: Apache-2.0
/** Where data rests on a server or a cluster: SurrealDB. */
@org.jspecify.annotations.NullMarked
module io.peerkit.storage.surreal {
    requires transitive io.peerkit.api;
    requires static transitive org.jspecify;
    requires java.net.http;
    requires org.slf4j;

    exports io.peerkit.storage.surreal;
}
