// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

import java.util.List;

/**
 * The vocabulary of the reviews. Many words praise one thing and blame another: long, cold, cheap, loud, small, hot.
 * Each aspect takes two lines: its noun, "is" or "are" and its good and bad adjectives; then its good and bad
 * predicates.
 */
final class Domains {
    private Domains() {}

    static List<Domain> all() {
        return List.of(
                film(),
                restaurant(),
                hotel(),
                phone(),
                book(),
                concert(),
                shoes(),
                kettle(),
                museum(),
                game(),
                barber(),
                train());
    }

    private static Domain film() {
        return Domain.of(
                "film, movie, thriller, comedy, drama, sequel",
                "watch it again, sit through it again, see it twice",
                """
                the plot is gripping, clever, unpredictable, touching, tight / thin, muddled, predictable, silly, stale
                .. kept me guessing, came together nicely, drew me in / dragged, went nowhere, fell apart, lost me early
                the acting is convincing, warm, understated, fine / wooden, flat, overdone, lifeless
                .. carried every scene, rang true / never rang true, put me off
                the ending is surprising, moving, well earned, bold / abrupt, rushed, contrived, cheap
                .. stayed with me for days, made me cry / ruined everything, made no sense
                the jokes are fresh, sharp, witty, dry / crude, tired, forced, old
                .. landed every time, had everyone laughing / fell flat, got on my nerves
                the music is haunting, lovely, subtle / intrusive, loud, syrupy
                .. lifted every scene, fit the mood / drowned the dialogue, grated on me
                the pace is brisk, assured, quick / glacial, uneven, slow
                .. never let up / wore me out, tested my patience
                """,
                "it runs a little over two hours, we saw it on a rainy sunday, it is set in the north, "
                        + "my sister picked it, it opened last week, the cinema was half full");
    }

    private static Domain restaurant() {
        return Domain.of(
                "place, restaurant, bistro, diner, little kitchen",
                "eat here again, come back for dinner, book a table again",
                """
                the soup is rich, fragrant, hot, hearty / watery, salty, cold, bland
                .. warmed me right up, tasted of summer / tasted of nothing, arrived cold
                the service is attentive, friendly, quick, discreet / rude, slow, careless, pushy
                .. made us feel at home, thought of everything / ignored us for an hour, got everything wrong
                the portions are generous, large, just right / tiny, small, stingy
                .. filled us up, were a pleasant surprise / left us hungry, shrank since last year
                the beer is cold, crisp, local / warm, stale, overpriced
                .. hit the spot / tasted like soap, went flat
                the bill is modest, fair, low / steep, outrageous, high
                .. made us smile / made us gasp, took my breath away
                the dessert is heavenly, light, delicate, fresh / soggy, heavy, sickly, dry
                .. disappeared in a minute, crowned the meal / stuck to the plate, went back untouched
                """,
                "we were a party of four, it sits by the harbour, i had the lunch menu, it was a tuesday, "
                        + "they changed the menu in may, we walked in without a booking");
    }

    private static Domain hotel() {
        return Domain.of(
                "hotel, inn, guest house, resort, hostel",
                "stay here again, spend another night here, book the same room",
                """
                the room is spotless, airy, quiet, spacious / dirty, cramped, stuffy, dark
                .. overlooked the sea, felt like home / smelled of smoke, faced a wall
                the bed is soft, comfortable, huge / lumpy, hard, narrow, creaky
                .. sent me straight to sleep / hurt my back, kept me awake
                the staff are helpful, kind, cheerful, patient / surly, unhelpful, cold, sullen
                .. went out of their way, remembered our names / argued with us, could not be bothered
                the breakfast is plentiful, varied, fresh, excellent / meagre, stale, greasy, dull
                .. set us up for the day / ran out by eight, turned my stomach
                the street is quiet, pretty, calm / noisy, loud, filthy
                .. charmed us at once / kept us up all night
                the shower is hot, powerful, new / lukewarm, weak, mouldy
                .. woke me up nicely / flooded the floor, dripped all night
                """,
                "we stayed for two nights, it is close to the station, we came in the off season, "
                        + "our room was on the third floor, we drove there from the coast, i was there for work");
    }

    private static Domain phone() {
        return Domain.of(
                "phone, handset, smartphone, tablet",
                "buy it again, get the next model, choose this brand again",
                """
                the battery is reliable, long lasting, strong / weak, unreliable, short lived
                .. lasted two days, charged in no time / died by noon, got dangerously hot
                the screen is bright, sharp, crisp, smooth / dim, blurry, dull, grainy
                .. survived every fall, made photos shine / cracked within a week, flickered constantly
                the camera is superb, fast, sharp, dependable / poor, slow, fuzzy, useless
                .. caught every detail, coped well at night / missed every shot, failed in low light
                the case is slim, sturdy, elegant, light / bulky, flimsy, ugly, heavy
                .. felt great in the hand / came apart, scratched right away
                the updates are frequent, quick, painless / rare, late, buggy
                .. fixed what bothered me / broke half my apps, never came
                the speaker is clear, loud, full / tinny, quiet, shrill
                .. filled the kitchen with sound / crackled from day one
                """,
                "i bought it last spring, it replaced my old one, it came in a plain box, "
                        + "mine is the blue one, i use it mostly for work, the shop set it up for me");
    }

    private static Domain book() {
        return Domain.of(
                "book, novel, memoir, story collection, mystery",
                "read it again, pick up the next volume, give it to a friend",
                """
                the prose is elegant, spare, vivid, graceful / clumsy, purple, stiff, dense
                .. sang on every page / put me to sleep, got in the way
                the characters are believable, rounded, complex, lovable / cardboard, shallow, hateful, dull
                .. grew on me, came alive / never came alive, all sounded the same
                the opening is striking, confident, arresting / confusing, slow, awkward
                .. hooked me at once / nearly made me quit
                the dialogue is natural, quick, sparkling / stilted, endless, unnatural
                .. crackled with life / made me wince
                the chapters are short, lively, well shaped / repetitive, shapeless, bloated
                .. flew by / blurred together, dragged on and on
                the mystery is intricate, deep, fair / obvious, thin, far fetched
                .. fooled me completely / solved itself by page fifty
                """,
                "it has about three hundred pages, i read it on the train, my club chose it for june, "
                        + "it is her second one, i borrowed it from the library, the story spans two decades");
    }

    private static Domain concert() {
        return Domain.of(
                "concert, show, gig, recital, festival",
                "go again, see them again, buy another ticket",
                """
                the sound is clear, warm, balanced, rich / muddy, harsh, deafening, thin
                .. gave me goosebumps / hurt my ears, cut out twice
                the band is tight, energetic, joyful, generous / sloppy, bored, late, listless
                .. played their hearts out, won everyone over / went through the motions, walked off early
                the seats are comfortable, close, roomy / hard, cramped, far away
                .. gave us a perfect view / faced a pillar, wrecked my back
                the singer is magnetic, brilliant, tender / hoarse, flat, distant
                .. lit up the room / forgot the words, missed every high note
                the crowd is lovely, lively, respectful / rowdy, rude, hostile
                .. sang along beautifully / talked through everything
                the queue is short, orderly, fast / endless, chaotic, long
                .. moved along quickly / took two hours, stretched round the block
                """,
                "it started at eight, we took the late bus home, it was held in an old church, "
                        + "my brother had a spare ticket, they played for ninety minutes, "
                        + "it was the last night of the tour");
    }

    private static Domain shoes() {
        return Domain.of(
                "pair, pair of boots, pair of shoes, pair of trainers",
                "order them again, wear them every day, get a second pair",
                """
                the soles are thick, grippy, springy, solid / slippery, thin, stiff, brittle
                .. gripped on wet stone / wore through in a month, came unglued
                the fit is perfect, snug, true, roomy / tight, odd, sloppy, wrong
                .. suited my wide feet / gave me blisters, pinched my toes
                the leather is supple, soft, fine, thick / cheap, stiff, cracked, thin
                .. aged beautifully / peeled off, stained my socks
                the laces are strong, neat, long enough / short, frayed, flimsy
                .. stayed tied all day / snapped at once, kept coming undone
                the colour is rich, lovely, deep / dull, garish, faded
                .. matched everything i own / washed out in the rain
                the price is reasonable, low, fair / absurd, high, unfair
                .. pleased my wallet / went up twice
                """,
                "i take a size nine, they arrived on a friday, i ordered the brown ones, "
                        + "i walk a lot for my job, they came in a recycled box, i wore them on a trip to the hills");
    }

    private static Domain kettle() {
        return Domain.of(
                "kettle, toaster, coffee machine, blender, vacuum cleaner",
                "buy it again, recommend it to my parents, use it every day",
                """
                the motor is quiet, strong, smooth, efficient / noisy, weak, rough, sluggish
                .. ran without a hitch / burned out, gave up after a month
                the handle is sturdy, cool, comfortable / loose, hot, slippery
                .. sat well in the hand / broke off, burned my fingers
                the manual is clear, short, helpful / confusing, useless, cryptic
                .. answered every question / left me guessing, contradicted itself
                the design is sleek, compact, smart / clunky, ugly, awkward
                .. brightened up the kitchen / took up half the counter
                the support team is prompt, polite, competent / rude, slow, clueless
                .. sorted it out in minutes / never called back, hung up on me
                the buttons are responsive, solid, large / sticky, fiddly, small
                .. worked every time / jammed within days, stopped responding
                """,
                "i have had it since march, it was a wedding present, it holds about a litre, "
                        + "we keep it in the office, it comes with a spare part, "
                        + "it replaced one that was ten years old");
    }

    private static Domain museum() {
        return Domain.of(
                "museum, gallery, exhibition, guided tour, castle",
                "visit again, take my children there, come back next year",
                """
                the guide is knowledgeable, funny, patient, passionate / bored, rushed, arrogant, dull
                .. brought history to life, held our attention / mumbled throughout, lost half the group
                the collection is impressive, rare, varied, huge / small, dusty, dreary, patchy
                .. took our breath away / left us cold, was half closed
                the rooms are bright, calm, well lit / gloomy, crowded, airless
                .. invited us to linger / gave me a headache
                the tickets are cheap, flexible, good value / overpriced, hard to get, expensive
                .. included everything / cost a fortune, covered almost nothing
                the garden is peaceful, lush, enchanting / neglected, bare, littered
                .. made our day / put us off, looked abandoned
                the signs are clear, informative, helpful / vague, outdated, confusing
                .. told us all we needed / sent us round in circles
                """,
                "we spent an hour there, it is across from the park, it is open until six, "
                        + "we went with a school class, the building dates from 1890, "
                        + "there is a shop on the ground floor");
    }

    private static Domain game() {
        return Domain.of(
                "game, puzzle game, strategy game, adventure game",
                "play it again, start another round, buy the expansion",
                """
                the controls are intuitive, precise, smooth / clumsy, laggy, awkward
                .. felt natural at once / drove me mad, fought me all the way
                the graphics are gorgeous, crisp, detailed, charming / dated, ugly, blurry, plain
                .. blew me away / hurt my eyes, looked ten years old
                the levels are inventive, varied, challenging / repetitive, short, unfair
                .. kept me hooked / bored me quickly, all looked alike
                the servers are stable, fast, dependable / unstable, overloaded, slow
                .. held up on launch day / crashed every evening, kicked us out
                the story is absorbing, moving, funny / incoherent, childish, tedious
                .. surprised me twice / stopped halfway, meant nothing to me
                the difficulty is well judged, fair, steady / brutal, uneven, ridiculous
                .. rewarded patience / spiked without warning
                """,
                "i play on an old laptop, it took about twelve hours, two can play it, "
                        + "it came out in autumn, i got it in a bundle, my nephew finished it first");
    }

    private static Domain barber() {
        return Domain.of(
                "salon, barber, garage, bike shop, dry cleaner",
                "go back, bring them more work, send my neighbours there",
                """
                the owner is honest, charming, thoughtful / shifty, grumpy, dishonest
                .. took the time to explain, kept every promise / talked me into extras, shrugged it off
                the result is flawless, tidy, lovely / botched, uneven, sad
                .. looked better than new, earned me compliments / had to be redone, made me want to hide
                the wait is short, pleasant, brief / long, endless, unbearable
                .. flew by / cost me half a day
                the prices are low, transparent, fair / steep, hidden, inflated
                .. undercut everyone else / doubled overnight, caught me off guard
                the work is careful, thorough, quick / shoddy, hasty, careless
                .. held up for years / fell apart in a week
                the advice is sound, sensible, useful / useless, pushy, wrong
                .. saved me a lot of money / cost me a new part
                """,
                "they open at nine, it is round the corner from me, i went on a monday, "
                        + "they only take cash, there are two chairs by the window, a colleague gave me the address");
    }

    private static Domain train() {
        return Domain.of(
                "train, ferry, airline, night bus, shuttle",
                "travel with them again, take it again, choose this line again",
                """
                the crew is friendly, calm, efficient / grumpy, rude, disorganised
                .. handled it all with a smile / shouted at passengers, vanished for hours
                the journey is smooth, quick, scenic / bumpy, slow, miserable
                .. passed in no time, ended ahead of schedule / felt endless, ended two hours late
                the coffee is strong, hot, fresh / weak, cold, bitter
                .. got me through the night / tasted burnt
                the windows are clean, large, clear / filthy, small, scratched
                .. showed off the valley / would not close
                the cabin is clean, warm, quiet, roomy / dirty, freezing, noisy, cramped
                .. let me sleep like a child / smelled of diesel, rattled all the way
                the connections are punctual, easy, reliable / late, complicated, unreliable
                .. worked out perfectly / left without us, fell through
                """,
                "it leaves twice a day, i had a window seat, we crossed at night, "
                        + "i was on my way to a wedding, it stops in six towns, the trip takes four hours");
    }
}
