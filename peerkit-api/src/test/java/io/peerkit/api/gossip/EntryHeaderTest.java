// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NetworkId;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EntryHeaderTest {
    private static EntryHeader header(Optional<String> topic, int blobSize, int links) {
        return new EntryHeader(
                NetworkId.named("test"),
                AgentId.of(new byte[32]),
                1,
                1,
                topic,
                EntryHeader.KIND_BLOB,
                BlobHash.of(new byte[32]),
                blobSize,
                Collections.nCopies(links, EntryId.of(new byte[32])));
    }

    @Test
    void header_bounds_largestTakenAndOneMoreRefused() {
        assertThat(header(Optional.of("t".repeat(EntryHeader.MAX_TOPIC_LENGTH)), 0, EntryHeader.MAX_LINKS)
                        .links())
                .hasSize(EntryHeader.MAX_LINKS);
        assertThatThrownBy(() -> header(Optional.empty(), 0, EntryHeader.MAX_LINKS + 1))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("entry with 65 links, at most 64");
        assertThatThrownBy(() -> header(Optional.of("t".repeat(EntryHeader.MAX_TOPIC_LENGTH + 1)), 0, 0))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> header(Optional.of(""), 0, 0)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> header(Optional.empty(), -1, 0)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void fullReplication_anyAgent_storesEverythingInOneScope() {
        DistributionStrategy everything = DistributionStrategy.fullReplication();
        AgentId one = AgentId.of(new byte[32]);

        assertThat(everything.willStore(one, header(Optional.empty(), 0, 0))).isTrue();
        assertThat(everything.scopesOf(one)).isEqualTo(Set.of("all"));
    }
}
