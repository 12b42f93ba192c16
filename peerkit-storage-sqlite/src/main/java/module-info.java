// SPDX-License-Identifier: Apache-2.0
/** Where data rests with zero set-up: one SQLite file. */
@org.jspecify.annotations.NullMarked
module io.peerkit.storage.sqlite {
    requires transitive io.peerkit.api;
    requires static transitive org.jspecify;
    requires java.sql;
    requires jdk.unsupported; // com.sun.nio.file, for writing around the system's cache
    requires org.slf4j;
    requires org.xerial.sqlitejdbc;

    exports io.peerkit.storage.sqlite;
}
