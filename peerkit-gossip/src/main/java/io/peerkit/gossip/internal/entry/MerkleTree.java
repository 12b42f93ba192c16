// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.InvalidBytesException;
import java.util.List;

/**
 * Merkle trees over the entries that an author signs together: roots and inclusion paths, hashed as certificate
 * transparency does.
 *
 * <pre>{@code
 *   leaf = SHA-256(0x00 || leaf input)      node = SHA-256(0x01 || left || right)
 * }</pre>
 *
 * <p>A tree of n leaves has the largest power of two below n on its left. A path lists the siblings from the leaf
 * upwards. For one thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1">RFC 6962 section 2.1</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3">RFC 9162 section 2.1.3, inclusion proofs</a>
 */
final class MerkleTree {
    static final int HASH_BYTES = Sha256.LENGTH_BYTES;

    /** The most leaves of a tree that the protocol allows. */
    static final int MAX_LEAVES = 1_024;

    /** The longest path of such a tree, in hashes. */
    static final int MAX_PATH = 10;

    private final Sha256 sha = new Sha256();
    private final byte[] node = new byte[1 + 2 * HASH_BYTES];

    /** What a batch needs: its root, and for each leaf its path as one array. */
    record Paths(byte[] root, byte[][] paths) {}

    MerkleTree() {
        node[0] = 1;
    }

    /**
     * Builds the tree.
     *
     * @param leafInputs 1 to {@link #MAX_LEAVES}
     */
    Paths build(List<byte[]> leafInputs) {
        int size = leafInputs.size();
        if (size < 1 || size > MAX_LEAVES) {
            throw new IllegalArgumentException("tree of " + size + " leaves, must have 1 to " + MAX_LEAVES);
        }
        byte[][] paths = new byte[size][];
        int[] filled = new int[size];
        for (int i = 0; i < size; i++) {
            paths[i] = new byte[pathHashes(i, size) * HASH_BYTES];
        }
        byte[] root = subtree(leafInputs, 0, size, paths, filled);
        return new Paths(root, paths);
    }

    private byte[] subtree(List<byte[]> leafInputs, int from, int to, byte[][] paths, int[] filled) {
        if (to - from == 1) {
            return leaf(leafInputs.get(from));
        }
        int middle = from + Integer.highestOneBit(to - from - 1);
        byte[] left = subtree(leafInputs, from, middle, paths, filled);
        byte[] right = subtree(leafInputs, middle, to, paths, filled);
        for (int i = from; i < to; i++) {
            System.arraycopy(i < middle ? right : left, 0, paths[i], filled[i], HASH_BYTES);
            filled[i] += HASH_BYTES;
        }
        return parent(left, 0, right, 0);
    }

    /**
     * The root that a path leads to.
     *
     * @param leafInput what the leaf stands for
     * @param index of the leaf, below {@code size}
     * @param size of the tree, 1 to {@link #MAX_LEAVES}
     * @param path sibling hashes from the leaf upwards, one behind the other
     * @throws InvalidBytesException when the path's length is not that of the leaf's depth
     */
    byte[] root(byte[] leafInput, int index, int size, byte[] path) {
        int hashes = pathHashes(index, size);
        if (path.length != hashes * HASH_BYTES) {
            throw new InvalidBytesException("path of " + path.length + " bytes for leaf " + index + " of " + size
                    + ", must be " + hashes * HASH_BYTES);
        }
        byte[] hash = leaf(leafInput);
        int place = index;
        int last = size - 1;
        for (int at = 0; at < path.length; at += HASH_BYTES) {
            if ((place & 1) == 1 || place == last) {
                hash = parent(path, at, hash, 0);
                while ((place & 1) == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = parent(hash, 0, path, at);
            }
            place >>= 1;
            last >>= 1;
        }
        return hash;
    }

    /** How many siblings a leaf has on its way to the root. */
    static int pathHashes(int index, int size) {
        int hashes = 0;
        int place = index;
        int leaves = size;
        while (leaves > 1) {
            int left = Integer.highestOneBit(leaves - 1);
            if (place < left) {
                leaves = left;
            } else {
                place -= left;
                leaves -= left;
            }
            hashes++;
        }
        return hashes;
    }

    private byte[] leaf(byte[] input) {
        byte[] prefixed = new byte[1 + input.length];
        System.arraycopy(input, 0, prefixed, 1, input.length);
        return sha.hash(prefixed);
    }

    private byte[] parent(byte[] left, int leftOffset, byte[] right, int rightOffset) {
        System.arraycopy(left, leftOffset, node, 1, HASH_BYTES);
        System.arraycopy(right, rightOffset, node, 1 + HASH_BYTES, HASH_BYTES);
        byte[] hash = new byte[HASH_BYTES];
        sha.hash(node, node.length, hash, 0);
        return hash;
    }
}
