// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.internal.entry.WireEntries;
import io.peerkit.gossip.internal.entry.WireEntry;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entries one behind the other, each envelope as what differs from the one before it. Envelopes of one author, and of one
 * batch even more, have most of their bytes in common, and the hash of the blob need not travel beside the blob.
 *
 * <pre>{@code
 *   entry   = blob length (varint), blob, envelope length (varint), parts of the envelope
 *   part    = 4 * length + 0 (varint), that many bytes
 *           | 4 * length + 1 (varint): as in the model, at the same distance from its start
 *           | 4 * length + 2 (varint): as in the model, at the same distance from its end
 * }</pre>
 *
 * <p>The model is the envelope before, in which the hash of its blob (where it is first found) gives way to that of this
 * entry's; the first entry has none. Varints have seven bits a byte, the lowest first, the high bit on all but the last.
 *
 * <p>What comes out is at most {@value #MAX_UNPACKED_BYTES} bytes a frame, however short it is.
 */
final class EntryPacking {
    /** The most bytes of the entries of one frame: twice the longest frame. */
    static final int MAX_UNPACKED_BYTES = 2 * SyncFrameCodec.MAX_FRAME_BYTES;

    /** Shorter runs are not worth a part of their own. */
    private static final int MIN_RUN = 4;

    private static final int LITERAL = 0;
    private static final int FROM_START = 1;
    private static final int FROM_END = 2;
    private static final int KIND_BITS = 2;
    private static final int KIND_MASK = 3;
    private static final int DIGIT_BITS = 7;
    private static final int DIGIT = 0x7f;
    private static final int MAX_VARINT_BYTES = 4;

    private final MessageDigest sha256;

    /** The envelope that the next one is compared with. */
    private byte[] model = new byte[0];

    /** Where the hash of the blob stands in the model; negative when it does not. */
    private int hashAt = -1;

    private EntryPacking() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    static byte[] pack(List<WireEntry> entries) {
        int size = 0;
        for (WireEntry entry : entries) {
            size += entry.bytes();
        }
        EntryPacking packing = new EntryPacking();
        Output out = new Output(size);
        for (WireEntry entry : entries) {
            out.varint(entry.blob().length);
            out.writeBytes(entry.blob());
            out.varint(entry.envelope().length);
            byte[] hash = packing.prepare(entry.blob());
            packing.parts(entry.envelope(), out);
            packing.remember(entry.envelope(), hash);
        }
        return out.toByteArray();
    }

    /**
     * Takes a frame's entries apart.
     *
     * @throws InvalidBytesException when they are malformed or over a bound
     */
    static List<WireEntry> unpack(byte[] packed) {
        EntryPacking packing = new EntryPacking();
        Input in = new Input(packed);
        List<WireEntry> entries = new ArrayList<>();
        long bytes = 0;
        while (in.at < packed.length) {
            byte[] blob = in.bytes(in.varint("blob", StoredEntry.MAX_BLOB_BYTES));
            int length = in.varint("envelope", StoredEntry.MAX_ENVELOPE_BYTES);
            bytes += blob.length + length;
            if (bytes > MAX_UNPACKED_BYTES || entries.size() == WireEntries.MAX_ENTRIES) {
                throw new InvalidBytesException("frame of " + (entries.size() + 1) + " entries and " + bytes
                        + " bytes, at most " + WireEntries.MAX_ENTRIES + " and " + MAX_UNPACKED_BYTES);
            }
            byte[] hash = packing.prepare(blob);
            byte[] envelope = packing.envelope(in, length);
            packing.remember(envelope, hash);
            entries.add(new WireEntry(envelope, blob));
        }
        return entries;
    }

    private byte[] prepare(byte[] blob) {
        byte[] hash = sha256.digest(blob);
        if (hashAt >= 0) {
            System.arraycopy(hash, 0, model, hashAt, hash.length);
        }
        return hash;
    }

    private void remember(byte[] envelope, byte[] hash) {
        hashAt = find(envelope, hash);
        model = envelope.clone();
    }

    private static int find(byte[] envelope, byte[] hash) {
        for (int i = 0; i + hash.length <= envelope.length; i++) {
            if (envelope[i] == hash[0] && Arrays.equals(envelope, i, i + hash.length, hash, 0, hash.length)) {
                return i;
            }
        }
        return -1;
    }

    private void parts(byte[] envelope, Output out) {
        int literal = 0;
        int at = 0;
        while (at < envelope.length) {
            int fromStart = run(envelope, at, at);
            int fromEnd = run(envelope, at, at + model.length - envelope.length);
            int run = Math.max(fromStart, fromEnd);
            if (run < MIN_RUN) {
                at++;
                continue;
            }
            out.literal(envelope, literal, at);
            out.varint((run << KIND_BITS) | (fromStart >= fromEnd ? FROM_START : FROM_END));
            at += run;
            literal = at;
        }
        out.literal(envelope, literal, at);
    }

    /** How many bytes from {@code at} on are those of the model from {@code modelAt} on. */
    private int run(byte[] envelope, int at, int modelAt) {
        if (modelAt < 0 || modelAt >= model.length || envelope[at] != model[modelAt]) {
            return 0;
        }
        int length = Math.min(envelope.length - at, model.length - modelAt);
        int differs = Arrays.mismatch(envelope, at, at + length, model, modelAt, modelAt + length);
        return differs < 0 ? length : differs;
    }

    private byte[] envelope(Input in, int length) {
        byte[] envelope = new byte[length];
        int at = 0;
        while (at < length) {
            int part = in.varint("part", ((length - at) << KIND_BITS) | KIND_MASK);
            int run = part >>> KIND_BITS;
            int kind = part & KIND_MASK;
            if (run == 0 || kind > FROM_END) {
                throw new InvalidBytesException("part of kind " + kind + " and " + run + " bytes in an envelope");
            }
            if (kind == LITERAL) {
                in.copy(run, envelope, at);
            } else {
                int from = kind == FROM_START ? at : at + model.length - length;
                if (from < 0 || run > model.length - from) {
                    throw new InvalidBytesException("part of " + run + " bytes at " + from
                            + " of the envelope before, which has " + model.length);
                }
                System.arraycopy(model, from, envelope, at, run);
            }
            at += run;
        }
        return envelope;
    }

    private static final class Output extends ByteArrayOutputStream {
        Output(int size) {
            super(size);
        }

        void varint(int value) {
            int rest = value;
            while (rest > DIGIT) {
                write((rest & DIGIT) | (DIGIT + 1));
                rest >>>= DIGIT_BITS;
            }
            write(rest);
        }

        void literal(byte[] envelope, int from, int to) {
            if (from < to) {
                varint(((to - from) << KIND_BITS) | LITERAL);
                write(envelope, from, to - from);
            }
        }
    }

    private static final class Input {
        private final byte[] packed;
        private int at;

        Input(byte[] packed) {
            this.packed = packed;
        }

        int varint(String field, int most) {
            int value = 0;
            for (int i = 0; i < MAX_VARINT_BYTES && at < packed.length; i++) {
                int digit = packed[at++];
                value |= (digit & DIGIT) << (DIGIT_BITS * i);
                if (digit >= 0) {
                    if (value > most) {
                        break;
                    }
                    return value;
                }
            }
            throw new InvalidBytesException(
                    "length of " + field + " at " + at + " of " + packed.length + " bytes, at most " + most);
        }

        byte[] bytes(int length) {
            byte[] bytes = new byte[requireLeft(length)];
            copy(length, bytes, 0);
            return bytes;
        }

        void copy(int length, byte[] target, int offset) {
            System.arraycopy(packed, at, target, offset, requireLeft(length));
            at += length;
        }

        private int requireLeft(int length) {
            if (length > packed.length - at) {
                throw new InvalidBytesException("entry of " + length + " more bytes at " + at + " of " + packed.length);
            }
            return length;
        }
    }
}
