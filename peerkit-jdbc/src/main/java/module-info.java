// SPDX-License-Identifier: Apache-2.0
/** Ties an application's own database to a node: outbox, inbox, and a scan for what was written meanwhile. */
@org.jspecify.annotations.NullMarked
module io.peerkit.jdbc {
    requires transitive io.peerkit.api;
    requires transitive java.sql;
    requires static transitive org.jspecify;

    exports io.peerkit.jdbc;
}
