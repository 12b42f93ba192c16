// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Reads pages of keys until there are as many as were asked for. */
final class KeyScan {
    /** A range in the one form that stops at its limit. */
    static final String PAGE = "SELECT VALUE record::id(id)[1] FROM type::record('%s', $after>..$end) LIMIT %d";

    /** The most keys in one answer. */
    private static final int PAGE_KEYS = 8_192;

    private final SurrealSession session;
    private final Space space;
    private final int limit;
    private final List<byte[]> found = new ArrayList<>();
    private byte[] last;

    KeyScan(SurrealSession session, Space space, int limit, byte[] last) {
        this.session = session;
        this.space = space;
        this.limit = limit;
        this.last = last;
    }

    CompletableFuture<KeyPage> next() {
        int page = Math.min(PAGE_KEYS, limit - found.size());
        if (page == 0) {
            return CompletableFuture.completedFuture(packed());
        }
        return session.query(
                        PAGE.formatted(Tables.TIMELINE, page),
                        Map.of("after", space.key(last), "end", space.key(StoredForm.behindAll())))
                .thenCompose(results -> {
                    List<?> keys = StoreReader.list(results.get(0));
                    for (Object key : keys) {
                        take(StoreReader.bytes(key));
                    }
                    return keys.size() < page ? CompletableFuture.completedFuture(packed()) : next();
                });
    }

    private void take(byte[] key) {
        if (Arrays.compareUnsigned(last, key) >= 0) {
            throw new StorageException("the server gave the keys of a range out of order");
        }
        if (key.length != StoredForm.KEY_BYTES) {
            throw new StorageException(
                    "place of an entry of " + key.length + " bytes, must be " + StoredForm.KEY_BYTES);
        }
        found.add(key);
        last = key;
    }

    private KeyPage packed() {
        long[] times = new long[found.size()];
        byte[] ids = new byte[StoredForm.ID_BYTES * found.size()];
        for (int i = 0; i < times.length; i++) {
            byte[] key = found.get(i);
            times[i] = ByteBuffer.wrap(key).getLong();
            System.arraycopy(key, Long.BYTES, ids, StoredForm.ID_BYTES * i, StoredForm.ID_BYTES);
        }
        return new KeyPage(times, ids);
    }
}
