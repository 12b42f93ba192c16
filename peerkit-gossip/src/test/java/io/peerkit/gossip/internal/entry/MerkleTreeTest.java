// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
    /** The leaf inputs that the tests of certificate transparency implementations use. */
    private static final List<byte[]> LEAVES = Stream.of(
                    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
            .map(HexFormat.of()::parseHex)
            .toList();

    /** Their roots for 1 to 8 leaves, as those implementations publish them. */
    private static final List<String> ROOTS = List.of(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private final MerkleTree tree = new MerkleTree();

    @Test
    void build_knownLeaves_knownRoots() {
        for (int size = 1; size <= LEAVES.size(); size++) {
            assertThat(HexFormat.of().formatHex(tree.build(LEAVES.subList(0, size)).root()))
                    .isEqualTo(ROOTS.get(size - 1));
        }
    }

    @Test
    void root_pathOfEveryLeaf_leadsToTheRoot() {
        for (int size : IntStream.concat(IntStream.rangeClosed(1, 70), IntStream.of(1_023, 1_024)).toArray()) {
            List<byte[]> leaves = leaves(size);
            MerkleTree.Paths built = tree.build(leaves);
            for (int i = 0; i < size; i++) {
                assertThat(tree.root(leaves.get(i), i, size, built.paths()[i])).isEqualTo(built.root());
            }
        }
    }

    @Test
    void root_anotherIndexSizeLeafOrHash_anotherRootOrRefused() {
        List<byte[]> leaves = leaves(13);
        MerkleTree.Paths built = tree.build(leaves);
        for (int i = 0; i < 13; i++) {
            byte[] path = built.paths()[i];
            byte[] changed = path.clone();
            changed[changed.length - 1] ^= 1;
            assertThat(tree.root(leaves.get(i), i, 13, changed)).isNotEqualTo(built.root());
            assertThat(tree.root(leaves.get((i + 1) % 13), i, 13, path)).isNotEqualTo(built.root());
            for (int size = 1; size <= 20; size++) {
                for (int index = 0; index < size; index++) {
                    if (index != i && MerkleTree.pathHashes(index, size) * 32 == path.length) {
                        // The right leaf at another place must not pass for this one, but in trees of the same shape.
                        byte[] root = tree.root(leaves.get(i), index, size, path);
                        if (size == 13) {
                            assertThat(root).isNotEqualTo(built.root());
                        }
                    }
                }
            }
        }
    }

    @Test
    void root_pathTooShortOrTooLong_refused() {
        List<byte[]> leaves = leaves(8);
        byte[] path = tree.build(leaves).paths()[3];
        assertThatThrownBy(() -> tree.root(leaves.get(3), 3, 8, Arrays.copyOf(path, path.length - 32)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("must be 96");
        assertThatThrownBy(() -> tree.root(leaves.get(3), 3, 8, Arrays.copyOf(path, path.length + 1)))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void build_sizes_pathsWithinTheBoundAndNoMoreLeavesThanAllowed() {
        assertThat(MerkleTree.pathHashes(0, EntrySealer.MAX_BATCH)).isEqualTo(6);
        assertThat(MerkleTree.pathHashes(0, MerkleTree.MAX_LEAVES)).isEqualTo(MerkleTree.MAX_PATH);
        assertThatThrownBy(() -> tree.build(leaves(MerkleTree.MAX_LEAVES + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tree.build(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<byte[]> leaves(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new byte[] {(byte) (i >> 8), (byte) i})
                .toList();
    }
}
