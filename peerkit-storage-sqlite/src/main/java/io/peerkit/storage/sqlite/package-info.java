// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps a node's data in one SQLite file.
 *
 * <p>Beside {@code notes.db} stand, while the store is open, {@code notes.db-wal} and {@code notes.db-shm}: the write-ahead log
 * and its index. All three belong together; copy or move them only when the store is closed, when SQLite has folded the
 * log into the file and removed both. After a crash they stay and the next opening folds them in. Chunks of large blobs lie in the
 * folder {@code notes.db.chunks}. All is made for its owner alone.
 * {@code notes.db.lock} is empty; who holds its file lock uses the store. It may stay behind.
 *
 * <p>The file must lie on a local disk: neither the log's shared index nor file locks can be relied on over a network file system.
 *
 * <p>SQLite is native code that the driver unpacks to the folder for temporary files, or to the one that the system
 * property {@code org.sqlite.tmpdir} names. From JDK 24 on the JVM prints a warning about it unless started with
 * {@code --enable-native-access=org.xerial.sqlitejdbc}, or {@code =ALL-UNNAMED} when it runs from the class path.
 */
package io.peerkit.storage.sqlite;
