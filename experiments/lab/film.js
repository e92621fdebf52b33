// A film: one history or two, step by step. It stands still until somebody plays it, and each step
// is complete as a still; while it plays a screen reader hears nothing.
"use strict";
window.palca.film = (() => {
  const LETTER = 6.6; // px, about
  const PACE = { slow: 1600, normal: 700, fast: 250 }; // ms a step
  const template = `
    <div class="film" role="group" :aria-label="film.title">
      <div class="controls">
        <label :for="slider">{{ film.step }}<output :for="slider">{{ film.steps[now] }}</output></label>
        <div class="slide">
          <button type="button" :disabled="now <= 0" @click="to(now - 1)"><span aria-hidden="true">◂</span>
            {{ film.back }}</button>
          <input :id="slider" type="range" min="0" :max="last" step="1" :value="now"
                 :aria-valuetext="film.steps[now]" @input="to(Number($event.target.value))">
          <button type="button" :disabled="now >= last" @click="to(now + 1)">{{ film.on }}
            <span aria-hidden="true">▸</span></button>
          <button type="button" class="play" @click="timer ? stop() : play(last)">{{
            timer ? say('Stop') : say('Play') }}</button>
          <label class="pace">{{ say('Speed') }} <select v-model="pace" :aria-label="say('Speed')">
            <option value="slow">{{ say('slow') }}</option>
            <option value="normal">{{ say('normal') }}</option>
            <option value="fast">{{ say('fast') }}</option></select></label>
        </div>
      </div>
      <div v-if="film.strips.length" class="strips">
        <div v-for="strip in film.strips" :key="strip.title" class="strip">
          <span class="whose">{{ strip.title }}</span>
          <div class="line" @click="point($event)" @mousemove="over(strip, $event)" @mouseleave="hint = ''">
            <span v-for="ruler in strip.rulers" :key="ruler.from" :class="['ruler', ruler.side]"
                  :style="between(ruler.from, ruler.to)" :title="ruler.told">{{ fits(ruler) ? ruler.name : "" }}</span>
            <button v-for="coup in strip.coups" :key="'c' + coup.at" type="button" class="coup"
                    tabindex="-1" :style="{ left: percent(coup.at + 0.5) }" :title="coup.told"
                    :aria-label="coup.told" @click.stop="to(coup.at)">{{ coup.mark }}</button>
            <span v-if="film.parted >= 0" class="parting" :style="{ left: percent(film.parted) }"></span>
            <span class="cursor" :style="{ left: percent(now), width: percent(1) }"></span>
          </div>
        </div>
        <div class="strip" aria-hidden="true"><span class="whose"></span><div class="years">
          <span v-for="year in years" :key="year.at" :style="{ left: percent(year.at) }">{{ year.name }}</span>
        </div></div>
        <p class="note sides-key">{{ film.colours }} <template v-if="unnamed">{{ say('Without room for a name:') }} {{ unnamed }}.</template></p>
        <p v-if="film.parting" class="apart"><span v-if="film.parted >= 0" class="sign" aria-hidden="true"></span>
          <b>{{ film.parting }}</b> <button v-if="film.parted > now && !timer" type="button"
            @click="play(film.parted)">{{ say('Play until they part') }}</button></p>
      </div>
      <div :class="['sides', film.sides.length > 1 ? 'several' : 'one']">
        <div v-for="side in film.sides" :key="side.title" class="side">
          <p class="head"><b>{{ side.title }}</b>
            <span :class="['chip', side.frames[now].side]">{{ side.frames[now].ruler }}</span></p>
          <div class="scene">
            <svg :viewBox="film.map.box" role="group" :aria-label="side.title + ': ' + side.frames[now].said">
              <path class="land" :d="film.map.outline"></path>
              <g v-for="(place, at) in film.map.places" :key="place.name" tabindex="0" role="img"
                 :aria-label="side.frames[now].told[at]" @focus="hint = side.frames[now].told[at]"
                 @blur="hint = ''" @mouseenter="hint = side.frames[now].told[at]" @mouseleave="hint = ''">
                <circle v-if="side.frames[now].struck.includes(at)" class="struck" :cx="place.x"
                        :cy="place.y" :r="place.r + 5"></circle>
                <circle class="force" :cx="place.x" :cy="place.y" :r="place.r"
                        :fill="film.shades[side.frames[now].shares[at]].fill"></circle>
                <text class="share" :x="place.x" :y="place.y + 4" text-anchor="middle"
                      :fill="film.shades[side.frames[now].shares[at]].ink">{{ side.frames[now].shares[at] }}</text>
                <text class="place" :x="place.tx" :y="place.ty" :text-anchor="place.anchor">{{ place.name }}</text>
              </g>
            </svg>
            <ul class="events"><li v-for="(event, at) in side.frames[now].events" :key="at">{{ event }}</li>
              <li v-if="!side.frames[now].events.length" class="none">{{ say('No events.') }}</li></ul>
          </div>
        </div>
        <div v-if="film.turns.length" class="turns">
          <p class="head"><b>{{ say('Go to') }}</b></p>
          <ul><li v-for="(turn, at) in film.turns" :key="at"><button type="button"
            :aria-current="turn.at === now ? 'step' : null" @click="to(turn.at)">{{ turn.text }}</button></li></ul>
        </div>
      </div>
      <p class="hint">{{ hint || film.key }}</p>
      <p class="unseen" role="status">{{ heard }}</p>
    </div>`;

  return {
    template,
    props: ["text", "at"],
    data() {
      return { now: this.at === null ? 0 : this.at, width: 0, timer: null, pace: "normal", hint: "", heard: "" };
    },
    computed: {
      film() {
        return JSON.parse(this.text);
      },
      last() {
        return this.film.steps.length - 1;
      },
      slider() {
        return "f-" + (this.film.field || "step");
      },
      unnamed() { // who rules too short a time for his name to stand in the line
        const all = this.film.strips.flatMap((strip) => strip.rulers);
        return [...new Set(all.filter((ruler) => ruler.name && !this.fits(ruler)).map((ruler) => ruler.name))].join(", ");
      },
      years() {
        // of months: the first is January 1969
        return Array.from({ length: Math.ceil(this.film.steps.length / 12) },
          (_none, year) => ({ at: 12 * year, name: 1969 + year }));
      },
    },
    watch: {
      at(value) {
        if (value !== null && !this.timer) this.now = value;
      },
      text() {
        this.halt();
        this.now = Math.min(this.at === null ? 0 : this.at, this.last);
      },
    },
    mounted() {
      this.measure();
      window.addEventListener("resize", this.measure);
    },
    destroyed() {
      window.removeEventListener("resize", this.measure);
      this.halt();
    },
    methods: {
      say: window.palca.say,
      percent(months) {
        return (100 * months) / this.film.steps.length + "%";
      },
      measure() {
        const line = this.$el.querySelector(".line");
        this.width = line ? line.clientWidth : 0;
      },
      fits(ruler) {
        const room = (this.width * (ruler.to - ruler.from)) / this.film.steps.length;
        return room > LETTER * ruler.name.length + 8;
      },
      between(from, until) {
        return { left: this.percent(from), width: this.percent(until - from) };
      },
      // a step that somebody takes: told to the page, and to who listens
      to(step) {
        this.halt();
        this.now = Math.min(Math.max(step, 0), this.last);
        this.tell();
      },
      tell() {
        this.heard = this.film.sides.map((side) => side.frames[this.now].said).join(" ");
        if (this.film.field) this.$emit("go", this.now);
      },
      play(until) {
        this.halt();
        this.heard = "";
        if (this.now >= until) this.now = 0; // from the beginning again
        const on = () => {
          this.now += 1;
          if (this.now >= until) this.stop();
          else this.timer = setTimeout(on, PACE[this.pace]);
        };
        this.timer = setTimeout(on, PACE[this.pace]);
      },
      stop() {
        this.halt();
        this.tell();
      },
      halt() {
        clearTimeout(this.timer);
        this.timer = null;
      },
      month(event) {
        const line = event.currentTarget.getBoundingClientRect();
        const share = (event.clientX - line.left) / line.width;
        return Math.min(Math.max(Math.floor(share * this.film.steps.length), 0), this.last);
      },
      point(event) {
        this.to(this.month(event));
      },
      over(strip, event) {
        const month = this.month(event);
        const ruler = strip.rulers.find((each) => each.from <= month && month < each.to);
        this.hint = this.film.steps[month] + (ruler ? ": " + ruler.told : "");
      },
    },
  };
})();
