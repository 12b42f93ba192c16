// SPDX-License-Identifier: Apache-2.0
/** A to-do application before and after one of its features became shared. */
@org.jspecify.annotations.NullMarked
module io.peerkit.examples.todo {
    requires io.peerkit;
    requires io.peerkit.jdbc;
    requires io.peerkit.storage.sqlite;
    requires io.peerkit.transport.libp2p;
    requires java.sql;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;
}
