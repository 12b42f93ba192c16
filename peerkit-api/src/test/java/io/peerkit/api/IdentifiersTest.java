// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class IdentifiersTest {
    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void of_arrayChangedAfterwards_identifierStays() {
        byte[] bytes = filled(7);
        AgentId id = AgentId.of(bytes);
        bytes[0] = 0;
        id.toBytes()[1] = 0;

        assertThat(id).isEqualTo(AgentId.of(filled(7)));
        assertThat(id).hasToString("07".repeat(32)).hasSameHashCodeAs(AgentId.of(filled(7)));
    }

    @Test
    void of_otherLengths_refusedWithTheBound() {
        for (int length : new int[] {0, 31, 33}) {
            assertThatThrownBy(() -> EntryId.of(new byte[length]))
                    .isInstanceOf(InvalidBytesException.class)
                    .hasMessage("EntryId of " + length + " bytes, must be 32");
        }
    }

    @Test
    void parse_hex_roundTripsAndRefusesTheRest() {
        assertThat(NetworkId.parse("ab".repeat(32)).toString()).isEqualTo("ab".repeat(32));
        for (String text : new String[] {"", "ab".repeat(31), "ab".repeat(33), "zz".repeat(32)}) {
            assertThatThrownBy(() -> AgentId.parse(text)).isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void compareTo_bytesAbove127_orderedUnsigned() {
        assertThat(AgentId.of(filled(0x80))).isGreaterThan(AgentId.of(filled(0x7f)));
        assertThat(EntryId.of(filled(1))).isLessThan(EntryId.of(filled(0xff)));
        assertThat(BlobHash.of(filled(5))).isEqualByComparingTo(BlobHash.of(filled(5)));
    }

    @Test
    void equals_sameBytesOfAnotherKind_differs() {
        assertThat((Object) AgentId.of(filled(1))).isNotEqualTo(EntryId.of(filled(1)));
    }

    @Test
    void copyTo_offset_writesThere() {
        byte[] target = new byte[34];
        EntryId.of(filled(9)).copyTo(target, 1);

        assertThat(target[0]).isZero();
        assertThat(target[1]).isEqualTo((byte) 9);
        assertThat(target[32]).isEqualTo((byte) 9);
        assertThat(target[33]).isZero();
    }

    @Test
    void named_differentNames_differentNetworks() {
        assertThat(NetworkId.named("one")).isEqualTo(NetworkId.named("one")).isNotEqualTo(NetworkId.named("two"));
    }

    @Test
    void textNames_lengths_largestTakenAndOneMoreRefused() {
        assertThat(new NodeId("x".repeat(NodeId.MAX_LENGTH)).toString()).hasSize(NodeId.MAX_LENGTH);
        assertThatThrownBy(() -> new NodeId("x".repeat(NodeId.MAX_LENGTH + 1)))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> new NodeAddress("")).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> new NodeAddress("x".repeat(NodeAddress.MAX_LENGTH + 1)))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> new RelayAddress("")).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> new ProtocolId("")).isInstanceOf(InvalidBytesException.class);
    }
}
