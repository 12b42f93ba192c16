// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/** The entries of closed epochs that this node may still take, because the snapshot has them and it has not. */
final class AwaitedDigests {
    private final DigestList digests;
    private final BitSet came = new BitSet();

    /** Those that were here and went from here alone. */
    private final Map<ByteBuffer, byte[]> dropped = new LinkedHashMap<>();

    private int left;

    AwaitedDigests(DigestList digests) {
        this.digests = digests;
        this.left = digests.size();
    }

    boolean contains(byte[] digest) {
        int at = digests.indexOf(digest);
        return (at >= 0 && !came.get(at)) || dropped.containsKey(ByteBuffer.wrap(digest));
    }

    /** An entry that was here may come again. */
    void expect(byte[] digest) {
        int at = digests.indexOf(digest);
        if (at < 0) {
            left += dropped.put(ByteBuffer.wrap(digest), digest) == null ? 1 : 0;
        } else if (came.get(at)) {
            came.clear(at);
            left++;
        }
    }

    /** An entry came; false when it was not awaited. */
    boolean take(byte[] digest) {
        int at = digests.indexOf(digest);
        if (at < 0) {
            boolean expected = dropped.remove(ByteBuffer.wrap(digest)) != null;
            left -= expected ? 1 : 0;
            return expected;
        }
        if (came.get(at)) {
            return false;
        }
        came.set(at);
        left--;
        return true;
    }

    int size() {
        return left;
    }

    /** Adds those that are left and for which a list has no place. */
    void copyTo(DigestList.Builder target, DigestList without) {
        for (int i = 0; i < digests.size(); i++) {
            if (!came.get(i) && !without.containsAt(digests, i)) {
                digests.copyTo(i, target);
            }
        }
        for (byte[] digest : dropped.values()) {
            if (!without.contains(digest)) {
                target.add(digest);
            }
        }
    }
}
