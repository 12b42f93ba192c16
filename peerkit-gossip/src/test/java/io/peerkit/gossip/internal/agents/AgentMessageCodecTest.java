// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.gossip.internal.entry.Mutations;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentMessageCodecTest {
    private static final CardVersion VERSION = new CardVersion(AgentId.of(new byte[32]), 1_750_000_000_000L);
    private static final List<AgentMessage> MESSAGES = List.of(
            new AgentMessage.Digest(CardVersion.pack(List.of(VERSION, VERSION)), AgentMessage.UNLIMITED),
            new AgentMessage.Digest(CardVersion.pack(List.of(VERSION)), 16),
            new AgentMessage.Told(new byte[50], List.of(new AgentMessage.Card(VERSION, new byte[100]))),
            new AgentMessage.Cards(List.of(new AgentMessage.Card(VERSION, new byte[100]))));

    @Test
    void roundTrip_everyMessage_equal() {
        for (AgentMessage message : MESSAGES) {
            byte[] encoded = AgentMessageCodec.encode(message);
            AgentMessage decoded = AgentMessageCodec.decode(encoded);
            assertThat(decoded).isInstanceOf(message.getClass());
            assertThat(AgentMessageCodec.encode(decoded)).isEqualTo(encoded);
        }
        assertThat(CardVersion.unpack(CardVersion.pack(List.of(VERSION)))).containsExactly(VERSION);
    }

    @Test
    void decode_cardsAndVersions_bounded() {
        assertThat(cards(256)).isInstanceOf(AgentMessage.Cards.class);
        assertThatThrownBy(() -> cards(257)).isInstanceOf(InvalidBytesException.class);
        assertThat(digest(4_096 * 40)).isInstanceOf(AgentMessage.Digest.class);
        assertThatThrownBy(() -> digest(4_097 * 40)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> digest(39)).isInstanceOf(InvalidBytesException.class);
        assertThat(told(4_096, 16)).isInstanceOf(AgentMessage.Told.class);
        assertThatThrownBy(() -> told(4_097, 16)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> told(4_096, 17)).isInstanceOf(InvalidBytesException.class);
    }

    private static AgentMessage told(int bytes, int cards) {
        AgentMessage.Card card = new AgentMessage.Card(VERSION, new byte[2]);
        return AgentMessageCodec.decode(
                AgentMessageCodec.encode(new AgentMessage.Told(new byte[bytes], Collections.nCopies(cards, card))));
    }

    private static AgentMessage cards(int count) {
        AgentMessage.Card card = new AgentMessage.Card(VERSION, new byte[2]);
        return AgentMessageCodec.decode(
                AgentMessageCodec.encode(new AgentMessage.Cards(Collections.nCopies(count, card))));
    }

    private static AgentMessage digest(int bytes) {
        return AgentMessageCodec.decode(
                AgentMessageCodec.encode(new AgentMessage.Digest(new byte[bytes], AgentMessage.UNLIMITED)));
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(41, MESSAGES.stream().map(AgentMessageCodec::encode).toList(), AgentMessageCodec::decode);
    }
}
