// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names what a store cannot list, so that it is found when it has to be sealed anew: records of a collection of their own,
 * empty, whose keys are a letter and a name. A record may outlive what it names.
 *
 * <pre>{@code
 *   'c' || name of a chunk (32)      'm' || name of metadata (32)      'r' || collection, ASCII
 * }</pre>
 */
final class SealedIndex {
    /** The collection; the store above cannot use it. */
    static final String COLLECTION = "sealed-index";

    static final byte CHUNK = 'c';
    static final byte METADATA = 'm';
    static final byte RECORDS = 'r';

    private SealedIndex() {}

    static StoredRecord record(RecordKey key) {
        return new StoredRecord(key, new byte[0]);
    }

    static RecordKey ofChunk(BlobHash name) {
        return key(CHUNK, name.toBytes());
    }

    static RecordKey ofMetadata(String name) {
        return key(METADATA, HexFormat.of().parseHex(name));
    }

    static RecordKey ofCollection(String collection) {
        return key(RECORDS, collection.getBytes(StandardCharsets.US_ASCII));
    }

    static BlobHash chunk(RecordKey key) {
        return BlobHash.of(rest(key));
    }

    static String metadata(RecordKey key) {
        return HexFormat.of().formatHex(rest(key));
    }

    static String collection(byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.US_ASCII);
    }

    private static RecordKey key(byte letter, byte[] name) {
        byte[] key = new byte[1 + name.length];
        key[0] = letter;
        System.arraycopy(name, 0, key, 1, name.length);
        return RecordKey.of(COLLECTION, key);
    }

    private static byte[] rest(RecordKey key) {
        byte[] bytes = key.key();
        return Arrays.copyOfRange(bytes, 1, bytes.length);
    }
}
