// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** What a set should hold, computed in the plainest way. */
final class Entries {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

    private Entries() {}

    /** One entry as an object, ordered by unsigned time, then by unsigned bytes. */
    record Entry(long time, BigInteger id) implements Comparable<Entry> {
        static Entry of(long time, byte[] id) {
            return new Entry(time, new BigInteger(1, id));
        }

        static Entry random(Random random, long time) {
            return of(time, randomId(random));
        }

        byte[] bytes() {
            byte[] bytes = new byte[32];
            byte[] magnitude = id.toByteArray();
            int length = Math.min(32, magnitude.length);
            System.arraycopy(magnitude, magnitude.length - length, bytes, 32 - length, length);
            return bytes;
        }

        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compareUnsigned(time, other.time);
            return byTime != 0 ? byTime : id.compareTo(other.id);
        }
    }

    static byte[] randomId(Random random) {
        byte[] id = new byte[32];
        random.nextBytes(id);
        return id;
    }

    static EntrySet setOf(Collection<Entry> entries) {
        EntrySet set = new EntrySet();
        entries.forEach(e -> set.add(e.time(), e.bytes(), 0));
        return set;
    }

    static EntrySnapshot snapshotOf(Collection<Entry> entries) {
        return setOf(entries).snapshot();
    }

    static byte[] sum(List<Entry> entries) {
        BigInteger sum = BigInteger.ZERO;
        for (Entry entry : entries) {
            sum = sum.add(new BigInteger(1, reversed(entry.bytes())));
        }
        return reversed(new Entry(0, sum.mod(MODULUS)).bytes());
    }

    static byte[] fingerprint(List<Entry> entries) {
        byte[] count = count(entries.size());
        byte[] input = Arrays.copyOf(sum(entries), 32 + count.length);
        System.arraycopy(count, 0, input, 32, count.length);
        return Arrays.copyOf(sha256(input), 16);
    }

    static Set<Entry> read(EntrySnapshot snapshot) {
        TreeSet<Entry> entries = new TreeSet<>();
        EntryCursor cursor = snapshot.cursor(0, snapshot.size());
        byte[] id = new byte[32];
        while (cursor.next()) {
            cursor.copyId(id, 0);
            entries.add(Entry.of(cursor.time(), id));
        }
        return entries;
    }

    static byte[] sha256(byte[] input) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] hashOf(int number) {
        return sha256(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] count(int size) {
        if (size < 0x80) {
            return new byte[] {(byte) size};
        }
        byte[] high = count(size >>> 7);
        byte[] all = Arrays.copyOf(high, high.length + 1);
        all[high.length - 1] |= (byte) 0x80;
        all[high.length] = (byte) (size & 0x7f);
        return all;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}
