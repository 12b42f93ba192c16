// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.PeerkitException;
import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** Says in the words of the store what went wrong in SQLite. */
final class StoreFailure {
    /** An extended result code has the plain one in its low byte. */
    private static final int PLAIN_CODE = 0xff;

    private static final String FULL = "the disk is full";

    private StoreFailure() {}

    static PeerkitException of(Path file, Throwable cause) {
        if (cause instanceof PeerkitException known && !(cause instanceof io.peerkit.api.InvalidBytesException)) {
            return known;
        }
        String reason = "a row cannot be read or written";
        if (cause instanceof SQLException sql) {
            reason = reason(sql);
        } else if (cause instanceof IOException io) {
            reason = isFull(io) ? FULL : "a file of the store cannot be read or written";
        }
        return new StorageException(file + ": " + reason + " (" + cause.getMessage() + ")", cause);
    }

    /** Java has no type for it, only what Linux, macOS and Windows say. */
    private static boolean isFull(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("No space left") || message.contains("not enough space");
    }

    private static String reason(SQLException failure) {
        int code = failure.getErrorCode() & PLAIN_CODE;
        if (code == SQLiteErrorCode.SQLITE_FULL.code) {
            return FULL;
        }
        if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return "the file is locked by another program";
        }
        if (code == SQLiteErrorCode.SQLITE_CORRUPT.code) {
            return "the file is damaged";
        }
        if (code == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return "the file is no SQLite database, or its beginning is damaged";
        }
        if (code == SQLiteErrorCode.SQLITE_READONLY.code || code == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
            return "the file cannot be opened for writing";
        }
        return "SQLite failed";
    }
}
