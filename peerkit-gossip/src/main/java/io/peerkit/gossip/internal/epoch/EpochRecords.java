// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.Removed;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.gossip.internal.entry.EntryKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the store remembers of epochs. Numbers are big-endian, so that the order of the keys is that of the epochs.
 *
 * <pre>{@code
 *   collection       key                                      value
 *   epoch-statement  number (8)                               signed statement
 *   epoch-list       number (8), kind (1), part (4)           up to 4,096 digests: 1 added, 2 deleted, 3 live
 *   epoch-awaited    head (8), part (4)                       digests of entries of the snapshot that were not here
 *   epoch-dropped    head (8), digest (16)                    nothing: an entry of the snapshot that was here and went
 *   epoch-open       epoch (8), chance (8)                    keys (40 each) of entries that came with one batch
 *   tombstone        epoch (8), target (32)                   1 deleted; 2 more when the snapshot before had it
 *   tombstone        epoch (8), target (32), claimant (32)    the delete (32)
 *   epoch-reissue    key of an entry (40)                     nothing: the local agent issues it anew
 *   epoch-redelete   entry (32)                               nothing: the local agent deletes it anew
 *   epoch-leaving    key of an entry (40)                     why, the name of a Removed.Reason: it has to go from here
 * }</pre>
 */
final class EpochRecords {
    static final String STATEMENT = "epoch-statement";
    static final String LIST = "epoch-list";
    static final String AWAITED = "epoch-awaited";
    static final String DROPPED = "epoch-dropped";
    static final String OPEN = "epoch-open";
    static final String TOMBSTONE = "tombstone";
    static final String REISSUE = "epoch-reissue";
    static final String REDELETE = "epoch-redelete";
    static final String LEAVING = "epoch-leaving";

    /** The metadata with the number of an epoch for which the authority signed two statements, and the other statement. */
    static final String FORK_METADATA = "epoch-fork";

    /** The metadata with the number and the hash of the head. */
    static final String HEAD_METADATA = "epoch-head";

    /** The metadata with the number of the snapshot that is being adopted, and whether by a leap. */
    static final String ADOPTING_METADATA = "epoch-adopting";

    /** Digests in a record: they fill its 65,536 bytes. */
    static final int PART_DIGESTS = 4_096;

    private static final int ID_BYTES = 32;
    private static final byte[] NOTHING = {};

    /** Which list of an epoch. */
    enum Kind {
        ADDED(1),
        DELETED(2),
        LIVE(3);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }
    }

    /** What a record in the collection of tombstones says. */
    record Claim(EntryId target, AgentId claimant, EntryId delete) {}

    private EpochRecords() {}

    static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static long readNumber(byte[] key) {
        if (key.length < Long.BYTES) {
            throw new StorageException("key of an epoch of " + key.length + " bytes, at least " + Long.BYTES);
        }
        return ByteBuffer.wrap(key).getLong();
    }

    static StoredRecord statement(SignedStatement signed) {
        return new StoredRecord(
                RecordKey.of(STATEMENT, number(signed.statement().number())), signed.encode());
    }

    /** The key in front of the first part of a list. */
    static byte[] listStart(long epoch, Kind kind) {
        return ByteBuffer.allocate(Long.BYTES + 1).putLong(epoch).put(kind.code).array();
    }

    static List<StoredRecord> list(long epoch, Kind kind, DigestList list) {
        return parts(LIST, listStart(epoch, kind), list);
    }

    static List<StoredRecord> awaited(long head, DigestList list) {
        return parts(AWAITED, number(head), list);
    }

    private static List<StoredRecord> parts(String collection, byte[] start, DigestList list) {
        List<StoredRecord> parts = new ArrayList<>();
        for (int from = 0; from < list.size(); from += PART_DIGESTS) {
            byte[] key = Arrays.copyOf(start, start.length + Integer.BYTES);
            ByteBuffer.wrap(key).putInt(start.length, from / PART_DIGESTS);
            parts.add(new StoredRecord(
                    RecordKey.of(collection, key), list.pack(from, Math.min(list.size(), from + PART_DIGESTS))));
        }
        return parts;
    }

    static StoredRecord dropped(long head, byte[] digest) {
        byte[] key = ByteBuffer.allocate(Long.BYTES + EntryDigests.BYTES)
                .putLong(head)
                .put(digest)
                .array();
        return new StoredRecord(RecordKey.of(DROPPED, key), NOTHING);
    }

    static byte[] readDropped(StoredRecord record) {
        byte[] key = record.key().key();
        if (key.length != Long.BYTES + EntryDigests.BYTES) {
            throw new StorageException(
                    "key of a digest of " + key.length + " bytes, must be " + (Long.BYTES + EntryDigests.BYTES));
        }
        return Arrays.copyOfRange(key, Long.BYTES, key.length);
    }

    static StoredRecord open(long epoch, long chance, byte[] packedKeys) {
        byte[] key = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(epoch)
                .putLong(chance)
                .array();
        return new StoredRecord(RecordKey.of(OPEN, key), packedKeys);
    }

    static StoredRecord claim(long epoch, Claim claim) {
        byte[] key = new byte[Long.BYTES + 2 * ID_BYTES];
        ByteBuffer.wrap(key).putLong(epoch);
        claim.target().copyTo(key, Long.BYTES);
        claim.claimant().copyTo(key, Long.BYTES + ID_BYTES);
        return new StoredRecord(RecordKey.of(TOMBSTONE, key), claim.delete().toBytes());
    }

    static StoredRecord confirmed(long epoch, EntryId target, boolean closed) {
        byte[] key = new byte[Long.BYTES + ID_BYTES];
        ByteBuffer.wrap(key).putLong(epoch);
        target.copyTo(key, Long.BYTES);
        return new StoredRecord(RecordKey.of(TOMBSTONE, key), new byte[] {(byte) (closed ? 3 : 1)});
    }

    /** Puts a record of the collection of tombstones back into a ledger. */
    static void restoreTombstone(EpochLedger ledger, StoredRecord record) {
        byte[] key = record.key().key();
        boolean isClaim = key.length == Long.BYTES + 2 * ID_BYTES && record.value().length == ID_BYTES;
        boolean isConfirmed = key.length == Long.BYTES + ID_BYTES && record.value().length == 1;
        if (!isClaim && !isConfirmed) {
            throw new StorageException(
                    "tombstone with a key of " + key.length + " and a value of " + record.value().length + " bytes");
        }
        EntryId target = EntryId.of(Arrays.copyOfRange(key, Long.BYTES, Long.BYTES + ID_BYTES));
        if (isClaim) {
            AgentId claimant = AgentId.of(Arrays.copyOfRange(key, Long.BYTES + ID_BYTES, key.length));
            ledger.restoreClaim(EntryId.of(record.value()), claimant, target);
        } else {
            ledger.restoreConfirmed(target, (record.value()[0] & 2) != 0);
        }
    }

    static RecordKey reissueKey(EntryKey entry) {
        return RecordKey.of(REISSUE, EntryKeys.pack(List.of(entry)));
    }

    static StoredRecord reissue(EntryKey entry) {
        return new StoredRecord(reissueKey(entry), NOTHING);
    }

    static RecordKey redeleteKey(EntryId entry) {
        return RecordKey.of(REDELETE, entry.toBytes());
    }

    static StoredRecord redelete(EntryId entry) {
        return new StoredRecord(redeleteKey(entry), NOTHING);
    }

    static RecordKey leavingKey(EntryKey entry) {
        return RecordKey.of(LEAVING, EntryKeys.pack(List.of(entry)));
    }

    static StoredRecord leaving(EntryKey entry, Removed.Reason reason) {
        return new StoredRecord(leavingKey(entry), reason.name().getBytes(StandardCharsets.US_ASCII));
    }

    /** The entry that a record of one of these three collections names by its key. */
    static EntryKey readEntry(StoredRecord record) {
        byte[] key = record.key().key();
        if (key.length != EntryKeys.KEY_BYTES) {
            throw new StorageException("key of an entry of " + key.length + " bytes, must be " + EntryKeys.KEY_BYTES);
        }
        return EntryKeys.key(key, 0);
    }

    static Removed.Reason readReason(StoredRecord record) {
        String name = new String(record.value(), StandardCharsets.US_ASCII);
        try {
            return Removed.Reason.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new StorageException("unknown reason why an entry goes: " + name, e);
        }
    }

    static byte[] head(EpochLedger.Head head) {
        byte[] value = new byte[Long.BYTES + ID_BYTES];
        ByteBuffer.wrap(value).putLong(head.epoch());
        head.statement().copyTo(value, Long.BYTES);
        return value;
    }

    static EpochLedger.Head readHead(byte[] value) {
        if (value.length != Long.BYTES + ID_BYTES) {
            throw new StorageException(
                    "metadata " + HEAD_METADATA + " of " + value.length + " bytes, must be " + (Long.BYTES + ID_BYTES));
        }
        return new EpochLedger.Head(
                ByteBuffer.wrap(value).getLong(), BlobHash.of(Arrays.copyOfRange(value, Long.BYTES, value.length)));
    }
}
