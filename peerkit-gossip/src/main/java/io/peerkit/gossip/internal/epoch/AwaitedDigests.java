// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import java.util.BitSet;

/** The entries of closed epochs that this node may still take, because the snapshot has them and it has not. */
final class AwaitedDigests {
    static final AwaitedDigests NONE = new AwaitedDigests(DigestList.EMPTY);

    private final DigestList digests;
    private final BitSet came = new BitSet();
    private int left;

    AwaitedDigests(DigestList digests) {
        this.digests = digests;
        this.left = digests.size();
    }

    boolean contains(byte[] digest) {
        int at = digests.indexOf(digest);
        return at >= 0 && !came.get(at);
    }

    /** An entry came; false when it was not awaited. */
    boolean take(byte[] digest) {
        int at = digests.indexOf(digest);
        if (at < 0 || came.get(at)) {
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
    }
}
