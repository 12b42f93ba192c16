// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold of a record for a {@linkplain Storage#writeIf conditional write} to be done.
 *
 * @param key names the record
 * @param expected the value that it must have, not copied; nothing when there must be no record
 */
public record RecordCondition(RecordKey key, Optional<byte[]> expected) {
    /** The most conditions of one write. */
    public static final int MAX_CONDITIONS = WriteBatch.MAX_RECORDS;

    /**
     * There must be no such record.
     *
     * @param key names it
     * @return the condition
     */
    public static RecordCondition absent(RecordKey key) {
        return new RecordCondition(key, Optional.empty());
    }

    /**
     * A record must be as it was read.
     *
     * @param key names it
     * @param value its bytes
     * @return the condition
     */
    public static RecordCondition equal(RecordKey key, byte[] value) {
        return new RecordCondition(key, Optional.of(value));
    }

    /**
     * Whether it holds.
     *
     * @param found the record's value, if there is one
     * @return false when the write must not be done
     */
    public boolean holdsFor(Optional<byte[]> found) {
        return found.isPresent() == expected.isPresent() && Arrays.equals(found.orElse(null), expected.orElse(null));
    }

    /**
     * Checks what {@link Storage#writeIf} is given. Each condition has to be about a record that the batch changes, as databases notice only
     * that two transactions <em>change</em> the same thing.
     *
     * @param conditions of the write
     * @param batch to write
     * @throws IllegalArgumentException when there are none or too many, or one is about a record that is twice among them, that the batch does
     *     neither set nor remove, or that must be absent and is not set
     */
    public static void check(List<RecordCondition> conditions, WriteBatch batch) {
        if (conditions.isEmpty() || conditions.size() > MAX_CONDITIONS) {
            throw new IllegalArgumentException("conditions: " + conditions.size() + ", must be 1 to " + MAX_CONDITIONS);
        }
        Set<RecordKey> set = new HashSet<>();
        batch.records().forEach(record -> set.add(record.key()));
        Set<RecordKey> removed = new HashSet<>(batch.removedRecords());
        Set<RecordKey> seen = new HashSet<>();
        for (RecordCondition condition : conditions) {
            boolean changes = set.contains(condition.key())
                    || (condition.expected().isPresent() && removed.contains(condition.key()));
            if (!changes || !seen.add(condition.key())) {
                throw new IllegalArgumentException("condition on " + condition.key()
                        + ": must be one alone, and on a record that the batch sets, or removes if it must be there");
            }
        }
    }
}
