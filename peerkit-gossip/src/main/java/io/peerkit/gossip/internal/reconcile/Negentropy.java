// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

/**
 * Range-based set reconciliation in the wire profile of Negentropy V1: what both sides share.
 *
 * <p>The initiator sends fingerprints of 16 ranges that cover all of its set. A side that receives the fingerprint of a
 * range answers nothing when its own is equal, otherwise 16 fingerprints of its part of the range, or all its identifiers
 * there when they are fewer than 32. From the lists the initiator learns what it has and what it needs.
 *
 * <pre>{@code
 *   Message     := version (1 byte, 0x61) Range*
 *   Range       := Bound mode (varint) payload        up to the bound, from where the range before it ended
 *   Bound       := varint (0: infinity, else 1 + time - time of the bound before), varint (0..32), prefix of an id
 *   Skip        := mode 0
 *   Fingerprint := mode 1, 16 bytes
 *   IdList      := mode 2, varint (count), count * 32 bytes
 * }</pre>
 *
 * <p>What follows the last range is skipped. A message with nothing but the version ends the session; it is also how a
 * responder names its highest version when it does not speak the initiator's.
 *
 * <p>Beyond the specification, as a defence: varints must be minimal, bounds ascending, and infinity has no prefix.
 *
 * <p><b>Frames.</b> A machine with a frame limit stops adding ranges within {@value #FRAME_RESERVE_BYTES} bytes of it and
 * closes with one fingerprint of everything not yet answered, so that the partner asks again from there. Here the bytes
 * differ from those of the reference implementation in one case: when the answer to a range did not fit, the closing
 * fingerprint covers that range too. (The C++ header at 0e8bc66 leaves it out, though the partner must take it as covered; when the
 * partner has nothing in that range the difference would go unnoticed.)
 *
 * @see <a href="https://github.com/hoytech/negentropy/blob/master/docs/negentropy-protocol-v1.md">Negentropy Protocol
 *     V1</a>
 */
public final class Negentropy {
    /** Version 1. */
    public static final int VERSION = 0x61;

    /** The smallest frame limit in bytes: one range's answer always fits. */
    public static final int MIN_FRAME_BYTES = 4096;

    /** A frame limit that stands for none; for tests and small sets, as an answer may hold all identifiers. */
    public static final int UNLIMITED = 0;

    /** The ranges that a differing range is split into. */
    static final int BUCKETS = 16;

    /** A range with this many entries or more is split; one with fewer is listed. */
    static final int SPLIT_ENTRIES = 2 * BUCKETS;

    /** What a frame keeps free for the end of a list, a skip and the closing fingerprint; they need 144 at most. */
    static final int FRAME_RESERVE_BYTES = 200;

    static final int FIRST_VERSION = 0x60;
    static final int LAST_VERSION = 0x6f;

    static final int SKIP = 0;
    static final int FINGERPRINT = 1;
    static final int ID_LIST = 2;

    /** Rounds beyond the depth of the splitting that an honest partner may need. */
    private static final int SPARE_ROUNDS = 4;

    /** Bytes for each entry of both sides that frames may carry: twice its identifier. */
    private static final long BYTES_PER_ENTRY = 2L * PackedIds.ID_BYTES;

    private Negentropy() {}

    /**
     * The most messages an initiator should send before it gives a partner up: one for each level of splitting, four to
     * spare, and with a frame limit as many as it takes to carry every identifier twice.
     *
     * @param localEntries the entries on this side
     * @param remoteEntries the entries that the partner claims to have
     * @param frameBytes the frame limit of both sides, or {@link #UNLIMITED}
     * @return ceil(log16 n) + 4 + ceil(64 (local + remote) / frame)
     */
    public static int maxRounds(int localEntries, int remoteEntries, int frameBytes) {
        long frames = frameBytes == UNLIMITED
                ? 0
                : (BYTES_PER_ENTRY * ((long) localEntries + remoteEntries) + frameBytes - 1) / frameBytes;
        int largest = Math.max(localEntries, remoteEntries);
        int depth = 0;
        for (long reach = 1; reach < largest; reach *= BUCKETS) {
            depth++;
        }
        return (int) Math.min(Integer.MAX_VALUE, depth + SPARE_ROUNDS + frames);
    }

    static int requireFrameLimit(int frameBytes) {
        if (frameBytes != UNLIMITED && frameBytes < MIN_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "frame limit of " + frameBytes + " bytes, must be 0 or at least " + MIN_FRAME_BYTES);
        }
        return frameBytes;
    }
}
