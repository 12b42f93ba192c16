// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy.Action;
import io.peerkit.api.gossip.ConnectionStrategy.Dial;
import io.peerkit.api.gossip.ConnectionStrategy.Disconnect;
import io.peerkit.api.gossip.ConnectionStrategy.Tell;
import io.peerkit.api.gossip.ConnectionStrategy.WakeAt;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BoundedViewsTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final AgentId SELF = agent(1_000_000);
    private static final int SIZE = 4;

    private final SplittableRandom random = new SplittableRandom(1);
    private final BoundedViews views = new BoundedViews(SIZE);
    private Instant now = NOW;

    BoundedViewsTest() {
        views.started(SELF, now);
    }

    private static AgentId agent(int number) {
        return AgentId.of(ByteBuffer.allocate(32).putInt(number).array());
    }

    private static AgentInfo card(AgentId agent) {
        return new AgentInfo(agent, List.of(), NOW, NOW.plusSeconds(900), new byte[1]);
    }

    private List<Action> told(AgentId from, OverlayMessage message, AgentId... cards) {
        List<AgentInfo> infos = new ArrayList<>();
        for (AgentId each : cards) {
            infos.add(card(each));
        }
        return views.told(from, OverlayCodec.encode(message), infos, now, random);
    }

    private List<Action> later(long seconds) {
        now = now.plusSeconds(seconds);
        return views.woken(now, random);
    }

    /** Messages to an agent among actions. */
    private static List<OverlayMessage> to(AgentId agent, List<Action> actions) {
        List<OverlayMessage> messages = new ArrayList<>();
        for (Action action : actions) {
            if (action instanceof Tell tell && tell.to().equals(agent)) {
                messages.add(OverlayCodec.decode(tell.message()));
            }
        }
        return messages;
    }

    /** Fills the view with agents that come by themselves. */
    private void fill(int first) {
        for (int i = 0; i < SIZE; i++) {
            views.connected(agent(first + i), now);
            told(agent(first + i), new OverlayMessage.Neighbour(false));
        }
        assertThat(views.neighbours()).hasSize(SIZE);
    }

    @Test
    void constructor_sizeOutOfBounds_refused() {
        assertThat(new BoundedViews(BoundedViews.MIN_SIZE).neighbours()).isEmpty();
        assertThat(new BoundedViews(BoundedViews.MAX_SIZE).neighbours()).isEmpty();
        assertThatThrownBy(() -> new BoundedViews(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BoundedViews(65)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void connected_alone_joinsThere() {
        views.connected(agent(1), now);
        List<Action> actions = views.woken(now, random);
        assertThat(to(agent(1), actions)).containsExactly(new OverlayMessage.Join());
        assertThat(views.needsBootstrap()).isTrue();
        told(agent(1), new OverlayMessage.Accept());
        assertThat(views.neighbours()).containsExactly(agent(1));
    }

    @Test
    void join_viewWithRoom_acceptedAndWalksFromTheOthers() {
        views.connected(agent(1), now);
        told(agent(1), new OverlayMessage.Neighbour(false));
        views.connected(agent(2), now);
        List<Action> actions = told(agent(2), new OverlayMessage.Join(), agent(2));
        assertThat(to(agent(2), actions)).contains(new OverlayMessage.Accept());
        assertThat(to(agent(1), actions))
                .contains(new OverlayMessage.Walk(List.of(agent(2), SELF), OverlayTalk.JOIN_STEPS, true));
    }

    @Test
    void join_viewFull_hostedButNobodyThrownOut() {
        fill(1);
        views.connected(agent(50), now);
        List<Action> actions = told(agent(50), new OverlayMessage.Join(), agent(50));
        assertThat(to(agent(50), actions)).containsExactly(new OverlayMessage.Refuse());
        assertThat(views.neighbours()).hasSize(SIZE).doesNotContain(agent(50));
        assertThat(later(Views.VISIT / 1_000)).contains(new Disconnect(agent(50)));
    }

    @Test
    void join_twiceWithinAMinute_secondIsDropped() {
        fill(1);
        views.connected(agent(50), now);
        told(agent(50), new OverlayMessage.Join(), agent(50));
        assertThat(to(agent(1), told(agent(50), new OverlayMessage.Join(), agent(50))))
                .isEmpty();
        assertThat(views.figures().overBudget()).isEqualTo(1);
        assertThat(views.figures().joins()).isEqualTo(1);
    }

    @Test
    void walk_endsWithRoom_originIsExpectedEvenWhenTheViewFills() {
        views.connected(agent(1), now);
        told(agent(1), new OverlayMessage.Neighbour(false));
        List<AgentId> path = List.of(agent(90), agent(91), agent(1));
        List<Action> actions = told(agent(1), new OverlayMessage.Walk(path, 3, true), agent(90));
        assertThat(to(agent(1), actions)).contains(new OverlayMessage.Found(List.of(agent(90), agent(91)), SELF));
        assertThat(views.keeps(agent(90))).isTrue();
        fill(10);
        views.connected(agent(90), now);
        assertThat(to(agent(90), told(agent(90), new OverlayMessage.Neighbour(true))))
                .contains(new OverlayMessage.Accept());
        assertThat(views.neighbours()).contains(agent(90)).hasSize(SIZE);
    }

    @Test
    void walk_viewFull_passedOnToOneWhoIsNotOnThePath() {
        fill(1);
        List<AgentId> path = List.of(agent(90), agent(2), agent(3), agent(1));
        List<Action> actions = told(agent(1), new OverlayMessage.Walk(path, 3, false), agent(90));
        List<AgentId> longer = List.of(agent(90), agent(2), agent(3), agent(1), SELF);
        assertThat(to(agent(4), actions)).containsExactly(new OverlayMessage.Walk(longer, 2, false));
    }

    @Test
    void walk_senderNotOnThePath_dropped() {
        fill(1);
        List<Action> actions = told(agent(1), new OverlayMessage.Walk(List.of(agent(90)), 3, true), agent(90));
        assertThat(actions).allMatch(action -> action instanceof WakeAt);
    }

    @Test
    void found_nobodyAsked_droppedAndCounted() {
        fill(1);
        // The last that came; through those before it this node looked for more.
        List<Action> actions = told(agent(SIZE), new OverlayMessage.Found(List.of(), agent(77)), agent(77));
        assertThat(actions).doesNotContain(new Dial(agent(77)));
        assertThat(views.keeps(agent(77))).isFalse();
        assertThat(views.figures().unasked()).isEqualTo(1);
    }

    @Test
    void disconnected_neighbourLost_searchByWalkThenFinderIsDialed() {
        fill(1);
        views.disconnected(agent(1), now, random);
        List<Action> actions = later(2);
        AgentId asked = actions.stream()
                .filter(action -> action instanceof Tell)
                .map(action -> ((Tell) action).to())
                .findFirst()
                .orElseThrow();
        assertThat(to(asked, actions))
                .contains(new OverlayMessage.Walk(List.of(SELF), OverlayTalk.SEARCH_STEPS, false));
        assertThat(told(asked, new OverlayMessage.Found(List.of(), agent(77)), agent(77)))
                .contains(new Dial(agent(77)));
        assertThat(to(agent(77), views.connected(agent(77), now))).contains(new OverlayMessage.Neighbour(true));
    }

    @Test
    void neighbour_hostileAgentsComeByThemselves_chosenHalfStays() {
        List<AgentId> chosen = new ArrayList<>();
        fill(1);
        for (int i = 1; i <= SIZE / 2; i++) {
            views.disconnected(agent(i), now, random);
            List<Action> actions = later(5);
            AgentId asked = actions.stream()
                    .filter(action -> action instanceof Tell tell
                            && OverlayCodec.decode(tell.message()) instanceof OverlayMessage.Walk)
                    .map(action -> ((Tell) action).to())
                    .findFirst()
                    .orElseThrow();
            AgentId finder = agent(100 + i);
            told(asked, new OverlayMessage.Found(List.of(), finder), finder);
            views.connected(finder, now);
            told(finder, new OverlayMessage.Accept());
            chosen.add(finder);
        }
        for (int i = 0; i < 200; i++) {
            AgentId hostile = agent(1_000 + i);
            views.connected(hostile, now);
            told(hostile, new OverlayMessage.Neighbour(true));
            later(3);
        }
        assertThat(views.neighbours()).containsAll(chosen);
        assertThat(views.figures().evictions()).isGreaterThan(50);
    }

    @Test
    void neighbour_manyByForce_onlySoManyASecond() {
        fill(1);
        for (int i = 0; i < 100; i++) {
            views.connected(agent(1_000 + i), now);
            told(agent(1_000 + i), new OverlayMessage.Neighbour(true));
        }
        assertThat(views.figures().evictions()).isEqualTo(2);
        assertThat(views.figures().rejected()).isEqualTo(98);
    }

    @Test
    void told_moreThanAllowed_droppedAndCounted() {
        fill(1);
        for (int i = 0; i < 200; i++) {
            told(agent(1), new OverlayMessage.Shuffle(List.of(agent(1)), 0), agent(500 + i));
        }
        assertThat(views.figures().overBudget()).isGreaterThan(100);
    }

    @Test
    void told_malformed_refusedAndCounted() {
        fill(1);
        assertThatThrownBy(() -> views.told(agent(1), new byte[] {1, 2}, List.of(), now, random))
                .isInstanceOf(InvalidBytesException.class);
        assertThat(views.figures().malformed()).isEqualTo(1);
    }

    @Test
    void shuffle_onePeerNamesThousands_quarterOfThePassiveView() {
        fill(1);
        for (int i = 0; i < 1_000; i++) {
            told(agent(1), new OverlayMessage.Shuffle(List.of(agent(1)), 0), agent(2_000 + i));
            later(1);
        }
        assertThat(views.passive().stream().filter(agent -> !views.neighbours().contains(agent)))
                .hasSizeLessThanOrEqualTo(SIZE * Views.PASSIVE_FACTOR / PassiveView.SHARES + 1);
    }

    @Test
    void part_neighbourLeavesInPeace_connectionClosedAndAgentKeptInMind() {
        fill(1);
        List<Action> actions = told(agent(1), new OverlayMessage.Part());
        assertThat(actions).contains(new Disconnect(agent(1)));
        views.disconnected(agent(1), now, random);
        assertThat(views.neighbours()).doesNotContain(agent(1));
        assertThat(views.passive()).contains(agent(1));
    }

    @Test
    void woken_silentGuests_fewStayAndNoneIsANeighbour() {
        fill(1);
        for (int i = 0; i < 100; i++) {
            views.connected(agent(5_000 + i), now);
        }
        List<Action> actions = later(1);
        assertThat(actions.stream().filter(action -> action instanceof Disconnect))
                .hasSize(36);
        assertThat(views.neighbours()).hasSize(SIZE);
    }

    @Test
    void woken_clockSteppedBack_searchGoesOn() {
        fill(1);
        views.disconnected(agent(1), now, random);
        now = now.minusSeconds(1_000_000);
        views.woken(now, random);
        assertThat(later(2)).anyMatch(action -> action instanceof Tell);
    }

    @Test
    void dialFailed_denied_neverChosenAgain() {
        fill(1);
        views.agentKnown(card(agent(60)), now, random);
        assertThat(views.passive()).contains(agent(60));
        views.dialFailed(agent(60), false, now, random);
        views.agentKnown(card(agent(60)), now, random);
        assertThat(views.keeps(agent(60))).isFalse();
    }
}
