// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.AgentId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The roots whose signature was found right lately, so that each is checked once. For one thread. */
final class RootCache {
    /** How many roots are remembered; the one used longest ago goes first. About 1 MB. */
    static final int MAX_ROOTS = 4_096;

    private static final class SignedRoot {
        private final AgentId author;
        private final byte[] root;
        private final byte[] signature;

        SignedRoot(AgentId author, byte[] root, byte[] signature) {
            this.author = author;
            this.root = root;
            this.signature = signature;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SignedRoot that
                    && author.equals(that.author)
                    && Arrays.equals(root, that.root)
                    && Arrays.equals(signature, that.signature);
        }

        @Override
        public int hashCode() {
            // The root is a hash; the cache is bounded, so collisions that someone grinds for cost little.
            return root[0] << 24 | (root[1] & 0xff) << 16 | (root[2] & 0xff) << 8 | (root[3] & 0xff);
        }
    }

    private final Map<SignedRoot, Boolean> roots = new LinkedHashMap<>(64, 0.75f, true);

    boolean contains(AgentId author, byte[] root, byte[] signature) {
        return roots.get(new SignedRoot(author, root, signature)) != null;
    }

    void add(AgentId author, byte[] root, byte[] signature) {
        roots.put(new SignedRoot(author, root, signature), true);
        if (roots.size() > MAX_ROOTS) {
            roots.remove(roots.keySet().iterator().next());
        }
    }
}
